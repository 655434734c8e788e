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
  <field name="code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="place" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="全域" value="everywhere"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="行政区域" value="area"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="单元网格" value="grid"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="网格组" value="grid_group"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="面" value="polygon"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="带宽度的线" value="line"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="裁定范围" value="decided"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="place_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="width_m" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="object_kind" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="部件" value="component"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="事件" value="event"/>
       </Option>
      </Option>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="class_code" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="attribute" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="area_class" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="role" configurationFlags="None">
   <editWidget type="ValueMap">
    <config>
     <Option type="Map">
      <Option type="List" name="map">
       <Option type="Map">
        <Option type="QString" name="主管" value="supervising"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="权属" value="owning"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="养护" value="maintaining"/>
       </Option>
       <Option type="Map">
        <Option type="QString" name="处置" value="handling"/>
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
  <field name="valid_from" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="valid_to" configurationFlags="None">
   <editWidget type="DateTime">
    <config>
     <Option type="Map">
      <Option type="bool" name="calendar_popup" value="true"/>
      <Option type="QString" name="display_format" value="yyyy-MM-dd"/>
      <Option type="QString" name="field_format" value="yyyy-MM-dd"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="hours" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="weekdays" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="season" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
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
  <field name="clause" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="priority" configurationFlags="None">
   <editWidget type="TextEdit">
    <config>
     <Option type="Map">
      <Option type="bool" name="IsMultiline" value="false"/>
     </Option>
    </config>
   </editWidget>
  </field>
  <field name="note" configurationFlags="None">
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
  <alias name="规则编号" field="code" index="1"/>
  <alias name="地域类型" field="place" index="2"/>
  <alias name="地域代码" field="place_code" index="3"/>
  <alias name="两侧宽度（米）" field="width_m" index="4"/>
  <alias name="对象" field="object_kind" index="5"/>
  <alias name="类别代码（前缀）" field="class_code" index="6"/>
  <alias name="部件属性条件" field="attribute" index="7"/>
  <alias name="区域类别" field="area_class" index="8"/>
  <alias name="责任角色" field="role" index="9"/>
  <alias name="部门代码" field="department_code" index="10"/>
  <alias name="起始日期" field="valid_from" index="11"/>
  <alias name="终止日期" field="valid_to" index="12"/>
  <alias name="时段" field="hours" index="13"/>
  <alias name="星期" field="weekdays" index="14"/>
  <alias name="季节" field="season" index="15"/>
  <alias name="文号" field="document" index="16"/>
  <alias name="条款" field="clause" index="17"/>
  <alias name="优先级" field="priority" index="18"/>
  <alias name="备注" field="note" index="19"/>
 </aliases>
 <defaults>
  <default expression="" field="fid" applyOnUpdate="0"/>
  <default expression="" field="code" applyOnUpdate="0"/>
  <default expression="" field="place" applyOnUpdate="0"/>
  <default expression="" field="place_code" applyOnUpdate="0"/>
  <default expression="" field="width_m" applyOnUpdate="0"/>
  <default expression="" field="object_kind" applyOnUpdate="0"/>
  <default expression="" field="class_code" applyOnUpdate="0"/>
  <default expression="" field="attribute" applyOnUpdate="0"/>
  <default expression="" field="area_class" applyOnUpdate="0"/>
  <default expression="" field="role" applyOnUpdate="0"/>
  <default expression="" field="department_code" applyOnUpdate="0"/>
  <default expression="to_date(now())" field="valid_from" applyOnUpdate="0"/>
  <default expression="" field="valid_to" applyOnUpdate="0"/>
  <default expression="" field="hours" applyOnUpdate="0"/>
  <default expression="" field="weekdays" applyOnUpdate="0"/>
  <default expression="" field="season" applyOnUpdate="0"/>
  <default expression="" field="document" applyOnUpdate="0"/>
  <default expression="" field="clause" applyOnUpdate="0"/>
  <default expression="" field="priority" applyOnUpdate="0"/>
  <default expression="" field="note" applyOnUpdate="0"/>
 </defaults>
 <constraints>
  <constraint unique_strength="1" exp_strength="0" field="fid" notnull_strength="1" constraints="3"/>
  <constraint unique_strength="0" exp_strength="0" field="code" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="place" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="place_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="width_m" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="object_kind" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="class_code" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="attribute" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="area_class" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="role" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="department_code" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="valid_from" notnull_strength="1" constraints="1"/>
  <constraint unique_strength="0" exp_strength="0" field="valid_to" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="hours" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="weekdays" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="season" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="document" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="clause" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="priority" notnull_strength="0" constraints="0"/>
  <constraint unique_strength="0" exp_strength="0" field="note" notnull_strength="0" constraints="0"/>
 </constraints>
 <constraintExpressions>
  <constraint desc="" field="fid" exp=""/>
  <constraint desc="" field="code" exp=""/>
  <constraint desc="" field="place" exp=""/>
  <constraint desc="" field="place_code" exp=""/>
  <constraint desc="" field="width_m" exp=""/>
  <constraint desc="" field="object_kind" exp=""/>
  <constraint desc="" field="class_code" exp=""/>
  <constraint desc="" field="attribute" exp=""/>
  <constraint desc="" field="area_class" exp=""/>
  <constraint desc="" field="role" exp=""/>
  <constraint desc="" field="department_code" exp=""/>
  <constraint desc="" field="valid_from" exp=""/>
  <constraint desc="" field="valid_to" exp=""/>
  <constraint desc="" field="hours" exp=""/>
  <constraint desc="" field="weekdays" exp=""/>
  <constraint desc="" field="season" exp=""/>
  <constraint desc="" field="document" exp=""/>
  <constraint desc="" field="clause" exp=""/>
  <constraint desc="" field="priority" exp=""/>
  <constraint desc="" field="note" exp=""/>
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
  <field editable="1" name="area_class"/>
  <field editable="1" name="attribute"/>
  <field editable="1" name="class_code"/>
  <field editable="1" name="clause"/>
  <field editable="1" name="code"/>
  <field editable="1" name="department_code"/>
  <field editable="1" name="document"/>
  <field editable="1" name="hours"/>
  <field editable="1" name="note"/>
  <field editable="1" name="object_kind"/>
  <field editable="1" name="place"/>
  <field editable="1" name="place_code"/>
  <field editable="1" name="priority"/>
  <field editable="1" name="role"/>
  <field editable="1" name="season"/>
  <field editable="1" name="valid_from"/>
  <field editable="1" name="valid_to"/>
  <field editable="1" name="weekdays"/>
  <field editable="1" name="width_m"/>
 </editable>
 <labelOnTop/>
 <reuseLastValue/>
 <dataDefinedFieldProperties/>
 <widgets/>
 <mapTip></mapTip>
 <layerGeometryType>4</layerGeometryType>
</qgis>
