<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis minScale="1e+08" version="3.22" styleCategories="Symbology|Labeling|Fields|Forms|MapTips|Rendering" hasScaleBasedVisibilityFlag="0" maxScale="0">
 <fieldConfiguration>
  <field name="fid" configurationFlags="None">
   <editWidget type="Hidden">
    <config>
     <Option/>
    </config>
   </editWidget>
  </field>
  <field name="number" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="seq" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="step" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="at" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd HH:mm:ss"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd HH:mm:ss"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="who" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="reason" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="before" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="信息收集" value="collected"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="待核实" value="verifying"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已核实" value="verified"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="案卷建立" value="registered"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="协调中" value="coordinating"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已下派" value="delegated"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="任务派遣" value="dispatched"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="处理反馈" value="handled"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="待核查" value="checking"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已核查" value="checked"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="结案" value="closed"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="作废" value="void"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="after" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="信息收集" value="collected"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="待核实" value="verifying"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已核实" value="verified"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="案卷建立" value="registered"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="协调中" value="coordinating"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已下派" value="delegated"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="任务派遣" value="dispatched"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="处理反馈" value="handled"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="待核查" value="checking"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="已核查" value="checked"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="结案" value="closed"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="作废" value="void"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="department_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="post" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="监督员" value="collector"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="受理员" value="operator"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="值班长" value="shift_leader"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="派遣员" value="dispatcher"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="区级派遣员" value="county_dispatcher"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="专业部门" value="department"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="来源系统" value="source"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="until" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd HH:mm:ss"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd HH:mm:ss"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="document" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
 </fieldConfiguration>
 <aliases>
  <alias name="行号" field="fid" index="0"/>
  <alias name="案卷号" field="number" index="1"/>
  <alias name="序号" field="seq" index="2"/>
  <alias name="操作" field="step" index="3"/>
  <alias name="时间" field="at" index="4"/>
  <alias name="操作人" field="who" index="5"/>
  <alias name="原因" field="reason" index="6"/>
  <alias name="操作前阶段" field="before" index="7"/>
  <alias name="操作后阶段" field="after" index="8"/>
  <alias name="部门代码" field="department_code" index="9"/>
  <alias name="岗位" field="post" index="10"/>
  <alias name="期限" field="until" index="11"/>
  <alias name="文号" field="document" index="12"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="" field="number" applyOnUpdate="0"/>
  <default expression="" field="seq" applyOnUpdate="0"/>
  <default expression="" field="step" applyOnUpdate="0"/>
  <default expression="" field="at" applyOnUpdate="0"/>
  <default expression="" field="who" applyOnUpdate="0"/>
  <default expression="" field="reason" applyOnUpdate="0"/>
  <default expression="" field="before" applyOnUpdate="0"/>
  <default expression="" field="after" applyOnUpdate="0"/>
  <default expression="" field="department_code" applyOnUpdate="0"/>
  <default expression="" field="post" applyOnUpdate="0"/>
  <default expression="" field="until" applyOnUpdate="0"/>
  <default expression="" field="document" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="1" exp_strength="0" field="fid" notnull_strength="1" constraints="3"/>
  <constraint unique_strength="0" exp_strength="0" field="number" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="seq" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="step" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="at" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="who" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="reason" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="before" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="after" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="department_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="post" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="until" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="document" notnull_strength="0" constraints="0"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="number" exp=""/>
  <constraint desc="" field="seq" exp=""/>
  <constraint desc="" field="step" exp=""/>
  <constraint desc="" field="at" exp=""/>
  <constraint desc="" field="who" exp=""/>
  <constraint desc="" field="reason" exp=""/>
  <constraint desc="" field="before" exp=""/>
  <constraint desc="" field="after" exp=""/>
  <constraint desc="" field="department_code" exp=""/>
  <constraint desc="" field="post" exp=""/>
  <constraint desc="" field="until" exp=""/>
  <constraint desc="" field="document" exp=""/>
 </constraintExpressions>
 <expressionfields/>
 <editform tolerant="1"></editform>
 <editforminit/>
 <editforminitcodesource>0</editforminitcodesource>
 <editforminitfilepath></editforminitfilepath>
 <editforminitcode><![CDATA[]]></editforminitcode>
 <featformsuppress>0</featformsuppress>
 <editorlayout>generatedlayout</editorlayout>
 <editable>
  <field editable="1" name="after"/>
  <field editable="1" name="at"/>
  <field editable="1" name="before"/>
  <field editable="1" name="department_code"/>
  <field editable="1" name="document"/>
  <field editable="1" name="number"/>
  <field editable="1" name="post"/>
  <field editable="1" name="reason"/>
  <field editable="1" name="seq"/>
  <field editable="1" name="step"/>
  <field editable="1" name="until"/>
  <field editable="1" name="who"/>
 </editable>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <mapTip></mapTip>
 <layerGeometryType>4</layerGeometryType>
</qgis>
